package fanout

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
)

type Fetch func(ctx context.Context, id string) (cents int, err error)

// region fanout
// Prices runs at most 8 calls at a time; the first failure or the deadline cancels the others.
func Prices(ctx context.Context, ids []string, fetch Fetch) ([]int, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8) // Go blocks when 8 are running
	cents := make([]int, len(ids))
	for i, id := range ids { // i and id are new in each iteration since Go 1.22
		g.Go(func() error {
			price, err := fetch(ctx, id)
			if err != nil {
				return fmt.Errorf("price of %s: %w", id, err)
			}
			cents[i] = price // its own slot: no lock needed
			return nil
		})
	}
	if err := g.Wait(); err != nil { // every goroutine has ended when Wait returns
		return nil, err
	}
	return cents, nil
}

// endregion fanout

// region first
// First returns the first price that succeeds; the losers are cancelled, and none of them can hang on its send.
func First(ctx context.Context, replicas []string, fetch Fetch) (int, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends the losers' calls as soon as there is a winner
	type result struct {
		cents int
		err   error
	}
	results := make(chan result, len(replicas)) // one slot per sender: all can send although nobody reads any more
	for _, id := range replicas {
		go func() {
			cents, err := fetch(ctx, id)
			results <- result{cents, err}
		}()
	}
	failed := errors.New("no replica to ask")
	for range replicas {
		select {
		case r := <-results:
			if r.err == nil {
				return r.cents, nil
			}
			failed = r.err
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
	return 0, failed // all of them failed: the last error
}

// endregion first

// region leak
// Leaky loses its goroutine when ctx ends first: nobody receives, the send blocks for ever.
func Leaky(ctx context.Context, fetch Fetch) (int, error) {
	result := make(chan int) // make(chan int, 1) mends it: the send succeeds without a receiver
	go func() {
		cents, _ := fetch(context.Background(), "a")
		result <- cents
	}()
	select {
	case cents := <-result:
		return cents, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// endregion leak
