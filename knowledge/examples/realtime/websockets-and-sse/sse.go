package main

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

type Event struct {
	Seq  int64
	JSON []byte
}

// Feed: the newest number, and the events after a number with a channel that is closed when there are more.
// After says false when it no longer holds what came after that number.
type Feed interface {
	Newest() int64
	After(seq int64) (batch []Event, more <-chan struct{}, ok bool)
}

// region go-sse
func events(feed Feed) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		last, err := strconv.ParseInt(r.Header.Get("Last-Event-ID"), 10, 64)
		if err != nil {
			last = feed.Newest() // a new reader starts now; it loaded the state before
		}
		h := w.Header()
		h.Set("Content-Type", "text/event-stream")
		h.Set("Cache-Control", "no-store")
		h.Set("X-Accel-Buffering", "no")
		out := http.NewResponseController(w)
		keepAlive := time.NewTicker(15 * time.Second)
		defer keepAlive.Stop()
		for {
			// Replaces Server.WriteTimeout, which would end the stream, and cuts a reader that stopped reading.
			_ = out.SetWriteDeadline(time.Now().Add(30 * time.Second))
			batch, more, ok := feed.After(last)
			if !ok { // the log no longer reaches back: the page reloads its state
				last = feed.Newest()
				fmt.Fprintf(w, "id: %d\nevent: reset\ndata: {}\n\n", last)
				continue
			}
			for _, event := range batch {
				fmt.Fprintf(w, "id: %d\ndata: %s\n\n", event.Seq, event.JSON) // on one line
				last = event.Seq
			}
			if err := out.Flush(); err != nil { // gone, too slow, or a middleware that cannot flush
				return
			}
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
