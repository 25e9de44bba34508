package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// region bounded
// MapBounded runs work for every item, at most atOnce at a time; the first error cancels the others.
func MapBounded[T, R any](ctx context.Context, items []T, atOnce int, each time.Duration,
	work func(context.Context, T) (R, error)) (results []R, first error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	results = make([]R, len(items))
	next, once := make(chan int), sync.Once{}
	var wg sync.WaitGroup
	for lane := 0; lane < atOnce; lane++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range next {
				callCtx, done := context.WithTimeout(ctx, each)
				var err error
				results[i], err = work(callCtx, items[i]) // its own element; must honour callCtx
				done()
				if err != nil {
					once.Do(func() { first = err; cancel() })
					return
				}
			}
		}()
	}
feed:
	for i := range items {
		select {
		case next <- i:
		case <-ctx.Done():
			break feed
		}
	}
	close(next)
	wg.Wait()
	if first == nil && ctx.Err() != nil {
		first = ctx.Err() // the caller went away
	}
	return results, first
}

// endregion

func main() {
	items := make([]int, 100)
	for i := range items {
		items[i] = i
	}
	var running, peak int32
	out, err := MapBounded(context.Background(), items, 7, time.Second, func(ctx context.Context, n int) (int, error) {
		now := atomic.AddInt32(&running, 1)
		for p := atomic.LoadInt32(&peak); now > p && !atomic.CompareAndSwapInt32(&peak, p, now); p = atomic.LoadInt32(&peak) {
		}
		time.Sleep(time.Millisecond)
		atomic.AddInt32(&running, -1)
		return n * 2, nil
	})
	fmt.Println(len(out), out[99], err, atomic.LoadInt32(&peak))
	started := time.Now()
	_, err = MapBounded(context.Background(), items, 4, 50*time.Millisecond, func(ctx context.Context, n int) (int, error) {
		if n == 2 {
			return 0, errors.New("boom")
		}
		<-ctx.Done()
		return 0, ctx.Err()
	})
	fmt.Println(err, time.Since(started) < 40*time.Millisecond)
	gone, stop := context.WithCancel(context.Background())
	stop()
	_, err = MapBounded(gone, items, 4, time.Second, func(ctx context.Context, n int) (int, error) { return n, nil })
	fmt.Println(err)
}
