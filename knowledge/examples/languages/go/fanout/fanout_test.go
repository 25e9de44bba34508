package fanout

import (
	"context"
	"errors"
	"runtime/pprof"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// region synctest
func TestPricesStopsAtTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // fake clock: two seconds pass in microseconds
		begin := time.Now()
		slow := func(ctx context.Context, id string) (int, error) {
			select {
			case <-time.After(time.Minute):
				return 100, nil
			case <-ctx.Done():
				return 0, ctx.Err()
			}
		}
		_, err := Prices(t.Context(), []string{"a", "b"}, slow)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("error = %v, want deadline exceeded", err)
		}
		if took := time.Since(begin); took != 2*time.Second { // exact, not "about"
			t.Fatalf("took %v", took)
		}
	}) // the test fails if a goroutine of the bubble is still blocked here
}

// endregion synctest

func TestLimit(t *testing.T) {
	var now, most atomic.Int32
	_, err := Prices(t.Context(), make([]string, 40), func(ctx context.Context, id string) (int, error) {
		if n := now.Add(1); n > most.Load() {
			most.Store(n)
		}
		time.Sleep(time.Millisecond)
		now.Add(-1)
		return 1, nil
	})
	if err != nil || most.Load() > 8 {
		t.Fatal(err, most.Load())
	}
}

func TestLeakProfileFindsIt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	Leaky(ctx, func(context.Context, string) (int, error) { time.Sleep(20 * time.Millisecond); return 1, nil })
	time.Sleep(50 * time.Millisecond)
	var out strings.Builder
	if err := pprof.Lookup("goroutineleak").WriteTo(&out, 1); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "fanout.Leaky") {
		t.Fatal(out.String())
	}
	t.Log(out.String())
}
