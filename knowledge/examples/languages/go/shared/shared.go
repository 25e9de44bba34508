package shared

import "sync"

// region mutex
// Stock guards its map with a mutex: the lock lies beside what it protects, and no method keeps it while waiting.
type Stock struct {
	mu    sync.Mutex // never copied: methods have pointer receivers
	count map[string]int
}

func NewStock() *Stock { return &Stock{count: map[string]int{}} }

func (s *Stock) Take(sku string, n int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.count[sku] < n { // check and change under one lock
		return false
	}
	s.count[sku] -= n
	return true
}

func (s *Stock) Put(sku string, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count[sku] += n
}

// endregion mutex

// region channel
// Workers hands over ownership: after the send only the receiver uses the job.
func Workers[J any](jobs <-chan J, n int, work func(J)) {
	var running sync.WaitGroup
	for range n {
		running.Go(func() { // since Go 1.25
			for job := range jobs { // ends when the sender closes jobs
				work(job)
			}
		})
	}
	running.Wait()
}

// endregion channel
