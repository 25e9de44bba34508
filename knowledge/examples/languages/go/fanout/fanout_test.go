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

func TestFirstCancelsTheLosers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // fails if a loser is still blocked at the end
		var cancelled atomic.Int32
		cents, err := First(t.Context(), []string{"broken", "quick", "slow", "slower"},
			func(ctx context.Context, id string) (int, error) {
				wait := map[string]time.Duration{"quick": time.Second, "slow": time.Minute, "slower": time.Hour}[id]
				if wait == 0 {
					return 0, errors.New("broken replica")
				}
				select {
				case <-time.After(wait):
					return 42, nil
				case <-ctx.Done():
					cancelled.Add(1)
					return 0, ctx.Err()
				}
			})
		synctest.Wait()
		if cents != 42 || err != nil || cancelled.Load() != 2 {
			t.Fatal(cents, err, cancelled.Load())
		}
	})
}

func TestFirstLeavesNobodyWhenTheCallerGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		deaf := func(context.Context, string) (int, error) { // does not look at its context, answers after the reader left
			time.Sleep(3 * time.Second)
			return 1, nil
		}
		if _, err := First(ctx, []string{"a", "b", "c"}, deaf); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Second) // all three have their answer by now
	}) // with a capacity of senders minus one the third send would be blocked here
}

func TestFirstReportsTheFailure(t *testing.T) {
	broken := errors.New("broken")
	all := func(context.Context, string) (int, error) { return 0, broken }
	if _, err := First(t.Context(), []string{"a", "b"}, all); !errors.Is(err, broken) {
		t.Fatal(err)
	}
	if _, err := First(t.Context(), nil, all); err == nil {
		t.Fatal("no replicas, no error")
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
