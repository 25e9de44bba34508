package main

import (
	"context"
	"errors"
	"log"
	"net/http"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"
)

// region shutdown
func run(ctx context.Context, srv *http.Server, ready *atomic.Bool, delay, drain time.Duration) error {
	failed := make(chan error, 1)
	go func() { failed <- srv.ListenAndServe() }()
	ready.Store(true)

	select {
	case err := <-failed:
		return err // port in use, for example
	case <-ctx.Done(): // SIGTERM
	}
	ready.Store(false) // readiness turns 503 while we still accept
	time.Sleep(delay)

	stop, cancel := context.WithTimeout(context.Background(), drain)
	defer cancel()
	if err := srv.Shutdown(stop); err != nil { // waits for requests, not for hijacked WebSockets
		_ = srv.Close() // deadline passed: cut what is left
		return err
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func main() {
	ctx, release := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer release()
	var ready atomic.Bool
	srv := &http.Server{Addr: ":8080", Handler: routes(&ready), ReadHeaderTimeout: 5 * time.Second,
		WriteTimeout: 15 * time.Second} // drain must be at least the longest permitted request
	if err := run(ctx, srv, &ready, 5*time.Second, 20*time.Second); err != nil {
		log.Fatal(err)
	}
}

// endregion shutdown

func routes(ready *atomic.Bool) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/livez", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	mux.HandleFunc("/readyz", func(w http.ResponseWriter, _ *http.Request) {
		if !ready.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(300 * time.Millisecond)
		_, _ = w.Write([]byte("done"))
	})
	return mux
}
