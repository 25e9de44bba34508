package main

import (
	"net/http"
	"time"
)

// region go-shedding
// Limit admits n requests at a time, lets a few wait shortly, and answers 503 to the rest.
func Limit(n, waiting int, patience time.Duration, next http.Handler) http.Handler {
	slots := make(chan struct{}, n)
	queue := make(chan struct{}, waiting)
	refuse := func(w http.ResponseWriter) {
		w.Header().Set("Retry-After", "2")
		http.Error(w, "overloaded", http.StatusServiceUnavailable)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case slots <- struct{}{}:
		default:
			select {
			case queue <- struct{}{}:
			default:
				refuse(w) // the queue is full: waiting would only make everybody late
				return
			}
			timer := time.NewTimer(patience)
			defer timer.Stop()
			select {
			case slots <- struct{}{}:
				<-queue
			case <-timer.C:
				<-queue
				refuse(w)
				return
			case <-r.Context().Done(): // the client gave up: no work for nobody
				<-queue
				return
			}
		}
		defer func() { <-slots }()
		next.ServeHTTP(w, r)
	})
}

// endregion

func main() {}
