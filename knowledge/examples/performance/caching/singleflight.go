package main

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// region go-flight
type call[V any] struct {
	done  chan struct{}
	value V
	err   error
}

// Group runs one load per key at a time; golang.org/x/sync/singleflight is the maintained version.
type Group[V any] struct {
	mu    sync.Mutex
	calls map[string]*call[V]
}

func (g *Group[V]) Do(key string, load func() (V, error)) (V, error) {
	g.mu.Lock()
	if c, ok := g.calls[key]; ok {
		g.mu.Unlock()
		<-c.done
		return c.value, c.err
	}
	c := &call[V]{done: make(chan struct{}), err: fmt.Errorf("load of %s panicked", key)}
	if g.calls == nil {
		g.calls = map[string]*call[V]{}
	}
	g.calls[key] = c
	g.mu.Unlock()

	defer func() { // also after a panic, or everybody waits for ever
		g.mu.Lock()
		delete(g.calls, key)
		g.mu.Unlock()
		close(c.done)
	}()
	c.value, c.err = load()
	return c.value, c.err
}

// endregion

func main() {
	var g Group[int]
	var loads int32
	var wg sync.WaitGroup
	for i := 0; i < 100; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			_, _ = g.Do("k", func() (int, error) {
				atomic.AddInt32(&loads, 1)
				time.Sleep(50 * time.Millisecond)
				return 7, nil
			})
		}()
	}
	wg.Wait()
	fmt.Println("loads", loads)
}
