package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

var lbDelay = 5 * time.Second // until the balancer has seen that we are not ready

// region server
// Run serves until SIGTERM: not ready at once, lbDelay later no new connections, then 35 s for requests and jobs.
func Run(ctx context.Context, addr string, handler http.Handler, log *slog.Logger, ready *atomic.Bool, jobs *sync.WaitGroup) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	srv := &http.Server{
		Addr:              addr,
		Handler:           http.MaxBytesHandler(handler, 1<<20), // bodies over 1 MiB fail while being read
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,  // headers and body
		WriteTimeout:      30 * time.Second,  // from the end of the headers: handler time included
		IdleTimeout:       120 * time.Second, // longer than the proxy keeps its connection to us
		MaxHeaderBytes:    32 << 10,          // default 1 MiB
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	ready.Store(true) // what /readyz answers by
	failed := make(chan error, 1)
	go func() { failed <- srv.ListenAndServe() }()
	select {
	case err := <-failed: // the port is taken, for example
		return err
	case <-ctx.Done():
	}
	stop() // a second signal kills at once
	ready.Store(false)
	time.Sleep(lbDelay)
	drain, cancel := context.WithTimeout(context.Background(), 35*time.Second) // longer than WriteTimeout
	defer cancel()
	if err := srv.Shutdown(drain); err != nil {
		return fmt.Errorf("requests cut off at shutdown: %w", err)
	}
	done := make(chan struct{})
	go func() { jobs.Wait(); close(done) }() // goroutines that handlers started
	select {
	case <-done:
		return nil
	case <-drain.Done():
		return fmt.Errorf("jobs cut off at shutdown: %w", drain.Err())
	}
}

// endregion server

// region client
// Client is for one upstream; http.DefaultClient has no timeout at all.
var Client = &http.Client{
	Timeout: 3 * time.Second, // the whole exchange, body included
	Transport: &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		ForceAttemptHTTP2:     true,
		MaxIdleConnsPerHost:   32, // default 2: more parallel calls would reconnect each time
		IdleConnTimeout:       60 * time.Second,
		TLSHandshakeTimeout:   2 * time.Second,
		ResponseHeaderTimeout: 2 * time.Second,
	},
}

// endregion client

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	var ready atomic.Bool
	var jobs sync.WaitGroup
	mux := http.NewServeMux()
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if !ready.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	mux.HandleFunc("GET /slow", func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(300 * time.Millisecond)
		fmt.Fprint(w, "done")
	})
	if err := Run(context.Background(), os.Getenv("ADDR"), mux, log, &ready, &jobs); err != nil {
		log.Error("stopped", "error", err)
		os.Exit(1)
	}
}
