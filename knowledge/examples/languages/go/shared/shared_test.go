package shared

import (
	"sync"
	"sync/atomic"
	"testing"
)

func TestStockNeverOversells(t *testing.T) {
	s := NewStock()
	s.Put("a", 50)
	var sold atomic.Int32
	var all sync.WaitGroup
	for range 200 {
		all.Go(func() {
			if s.Take("a", 1) {
				sold.Add(1)
			}
		})
	}
	all.Wait()
	if sold.Load() != 50 {
		t.Fatal(sold.Load())
	}
}

func TestWorkers(t *testing.T) {
	jobs := make(chan int, 10)
	var sum atomic.Int64
	go func() {
		for i := range 100 {
			jobs <- i
		}
		close(jobs)
	}()
	Workers(jobs, 4, func(n int) { sum.Add(int64(n)) })
	if sum.Load() != 4950 {
		t.Fatal(sum.Load())
	}
}
