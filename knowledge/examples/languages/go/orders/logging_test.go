package orders

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestRequestIDInEveryRecord(t *testing.T) {
	var out bytes.Buffer
	log := NewLog(&out).With("service", "orders")
	h := WithRequestID(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		log.InfoContext(r.Context(), "paid", "order", 7)
		log.Info("without context")
	}))
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if !strings.Contains(lines[0], `"request_id":"`) || strings.Contains(lines[1], "request_id") {
		t.Fatal(out.String())
	}
}
