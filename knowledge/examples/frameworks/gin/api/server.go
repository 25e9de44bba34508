package api

import (
	"context"
	"net/http"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/gin-gonic/gin"
)

// region server
// Run replaces r.Run, which builds a server without timeouts and cannot be stopped.
// /readyz answers 503 while ready is false. Wait for your own background goroutines after it returns.
func Run(ctx context.Context, addr string, r *gin.Engine, ready *atomic.Bool) error {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	srv := &http.Server{
		Addr: addr, Handler: r.Handler(),
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second,
		WriteTimeout: 30 * time.Second, IdleTimeout: 120 * time.Second,
	}
	ready.Store(true)
	failed := make(chan error, 1)
	go func() { failed <- srv.ListenAndServe() }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	ready.Store(false)
	time.Sleep(5 * time.Second)                                                // until the balancer has noticed
	drain, cancel := context.WithTimeout(context.Background(), 35*time.Second) // longer than WriteTimeout
	defer cancel()
	return srv.Shutdown(drain)
}

// endregion server
