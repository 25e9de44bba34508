package main

import (
	"context"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"time"
)

func TestShutdownWaitsForTheRequestInFlight(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	var ready atomic.Bool
	srv := &http.Server{Addr: "127.0.0.1:18099", Handler: routes(&ready)}
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, srv, &ready, 50*time.Millisecond, 2*time.Second) }()
	time.Sleep(100 * time.Millisecond)

	body := make(chan string, 1)
	go func() {
		res, err := http.Get("http://127.0.0.1:18099/slow")
		if err != nil {
			body <- err.Error()
			return
		}
		b, _ := io.ReadAll(res.Body)
		body <- string(b)
	}()
	time.Sleep(50 * time.Millisecond)
	stop()
	time.Sleep(20 * time.Millisecond)
	if res, err := http.Get("http://127.0.0.1:18099/readyz"); err != nil || res.StatusCode != 503 {
		t.Fatalf("readyz during delay: %v %v", res, err)
	}
	if got := <-body; got != "done" {
		t.Fatalf("in flight: %s", got)
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if _, err := http.Get("http://127.0.0.1:18099/livez"); err == nil {
		t.Fatal("still listening")
	}
}
