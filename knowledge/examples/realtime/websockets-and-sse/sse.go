package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

type Event struct {
	Seq  int64
	Data any
}

// Feed returns the events after a number and a channel that is closed when there are more.
type Feed interface {
	After(seq int64) ([]Event, <-chan struct{})
}

// region go-sse
func events(feed Feed) http.HandlerFunc { // set Server.WriteTimeout to 0 for this route: it ends streams
	return func(w http.ResponseWriter, r *http.Request) {
		flusher, ok := w.(http.Flusher)
		if !ok {
			http.Error(w, "streaming unsupported", http.StatusInternalServerError)
			return
		}
		last, _ := strconv.ParseInt(r.Header.Get("Last-Event-ID"), 10, 64)
		w.Header().Set("Content-Type", "text/event-stream")
		w.Header().Set("Cache-Control", "no-store")
		keepAlive := time.NewTicker(15 * time.Second)
		defer keepAlive.Stop()
		for {
			batch, more := feed.After(last)
			for _, event := range batch {
				data, _ := json.Marshal(event.Data)
				fmt.Fprintf(w, "id: %d\ndata: %s\n\n", event.Seq, data)
				last = event.Seq
			}
			flusher.Flush()
			select {
			case <-r.Context().Done(): // the client left
				return
			case <-keepAlive.C:
				fmt.Fprint(w, ": keep-alive\n\n")
			case <-more:
			}
		}
	}
}

// endregion

func main() {}
