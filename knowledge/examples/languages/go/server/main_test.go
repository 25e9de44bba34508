package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

func TestDrainsOnSigterm(t *testing.T) {
	started := make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		close(started)
		time.Sleep(300 * time.Millisecond)
		if r.Context().Err() != nil {
			t.Error("Shutdown cancelled the request context")
		}
		fmt.Fprint(w, "done")
	})
	mux.HandleFunc("POST /body", func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			http.Error(w, err.Error(), 413)
		}
	})
	l, _ := net.Listen("tcp", "127.0.0.1:0")
	addr := l.Addr().String()
	l.Close()
	lbDelay = 50 * time.Millisecond
	var ready atomic.Bool
	var jobs sync.WaitGroup
	jobs.Add(1)
	finished := make(chan struct{})
	go func() { time.Sleep(700 * time.Millisecond); close(finished); jobs.Done() }()
	ended := make(chan error, 1)
	go func() {
		ended <- Run(context.Background(), addr, mux, slog.New(slog.NewTextHandler(io.Discard, nil)), &ready, &jobs)
	}()
	time.Sleep(100 * time.Millisecond)
	res, err := http.Post("http://"+addr+"/body", "text/plain", strings.NewReader(strings.Repeat("x", 2<<20)))
	if err != nil || res.StatusCode != 413 {
		t.Fatal(res, err)
	}
	got := make(chan string, 1)
	go func() {
		res, err := http.Get("http://" + addr + "/slow")
		if err != nil {
			got <- err.Error()
			return
		}
		b, _ := io.ReadAll(res.Body)
		got <- string(b)
	}()
	<-started
	syscall.Kill(os.Getpid(), syscall.SIGTERM)
	if s := <-got; s != "done" {
		t.Fatal(s)
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	select {
	case <-finished:
	default:
		t.Fatal("Run returned before the background job")
	}
	if ready.Load() {
		t.Fatal("still ready after SIGTERM")
	}
}
