package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// region server
// Run serves until SIGTERM, then gives running requests 20 s.
func Run(ctx context.Context, addr string, handler http.Handler, log *slog.Logger) error {
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
	failed := make(chan error, 1)
	go func() { failed <- srv.ListenAndServe() }()
	select {
	case err := <-failed: // the port is taken, for example
		return err
	case <-ctx.Done():
	}
	stop() // a second signal kills at once
	drain, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := srv.Shutdown(drain); err != nil {
		return fmt.Errorf("requests cut off at shutdown: %w", err)
	}
	return nil
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
	mux := http.NewServeMux()
	mux.HandleFunc("GET /slow", func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(300 * time.Millisecond)
		fmt.Fprint(w, "done")
	})
	if err := Run(context.Background(), os.Getenv("ADDR"), mux, log); err != nil {
		log.Error("stopped", "error", err)
		os.Exit(1)
	}
}
