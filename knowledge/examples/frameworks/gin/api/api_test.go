package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
)

func TestMain(m *testing.M) { gin.SetMode(gin.TestMode); os.Exit(m.Run()) }

// region harness
type fakeStore struct {
	find func(ctx context.Context, customer string, id int64) (Order, error)
}

func (f fakeStore) Find(ctx context.Context, customer string, id int64) (Order, error) {
	return f.find(ctx, customer, id)
}

func (f fakeStore) Create(_ context.Context, customer string, _ NewOrder) (Order, error) {
	return Order{ID: 1, Customer: customer}, nil
}

func verify(_ context.Context, token string) (Principal, error) {
	switch token {
	case "reader":
		return Principal{Subject: "u1", Scopes: []string{"orders:read"}}, nil
	case "writer":
		return Principal{Subject: "u2", Scopes: []string{"orders:read", "orders:write"}}, nil
	case "no keys":
		return Principal{}, ErrKeysUnavailable
	}
	return Principal{}, errors.New("signature is wrong")
}

// call runs the whole router: middleware, routing, handler.
func call(t *testing.T, store Store, method, path, token, body string) *httptest.ResponseRecorder {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	rec := httptest.NewRecorder()
	Router(slog.New(slog.NewTextHandler(io.Discard, nil)), store, verify).ServeHTTP(rec, req)
	return rec
}

// endregion harness

// region cases
func TestRoutes(t *testing.T) {
	owned := fakeStore{func(_ context.Context, customer string, id int64) (Order, error) {
		if id == 13 {
			panic("bug in the store")
		} else if customer != "u1" || id != 7 {
			return Order{}, ErrNotFound
		}
		return Order{ID: 7, Customer: customer}, nil
	}}
	tests := map[string]struct {
		method, path, token, body string
		want                      int
	}{
		"own order":       {"GET", "/v1/orders/7", "reader", "", 200},
		"foreign order":   {"GET", "/v1/orders/7", "writer", "", 404},
		"no token":        {"GET", "/v1/orders/7", "", "", 401},
		"wrong scope":     {"POST", "/v1/orders", "reader", "{}", 403},
		"keys down":       {"GET", "/v1/orders/7", "no keys", "", 503},
		"broken JSON":     {"POST", "/v1/orders", "writer", "{", 400},
		"unknown field":   {"POST", "/v1/orders", "writer", `{"admin":true}`, 400},
		"no items":        {"POST", "/v1/orders", "writer", `{"items":[]}`, 422},
		"zero is a value": {"POST", "/v1/orders", "writer", `{"items":[{"sku":"a","quantity":0}]}`, 201},
		"unknown route":   {"GET", "/v2/orders", "reader", "", 404},
		"wrong method":    {"DELETE", "/healthz", "", "", 405},
		"panic":           {"GET", "/v1/orders/13", "reader", "", 500},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			rec := call(t, owned, tt.method, tt.path, tt.token, tt.body)
			if rec.Code != tt.want {
				t.Fatalf("status = %d, want %d; body %s", rec.Code, tt.want, rec.Body)
			}
			if kind := rec.Header().Get("Content-Type"); rec.Code >= 400 && kind != "application/problem+json" {
				t.Errorf("content type %q", kind)
			}
		})
	}
}

// endregion cases

func TestBadToken(t *testing.T) {
	if rec := call(t, fakeStore{}, "GET", "/v1/orders/7", "forged", ""); rec.Code != 401 ||
		rec.Header().Get("WWW-Authenticate") != `Bearer error="invalid_token"` {
		t.Fatal(rec.Code, rec.Header())
	}
}

func TestFieldErrors(t *testing.T) {
	rec := call(t, fakeStore{}, "POST", "/v1/orders", "writer", `{"items":[{"sku":"a"}]}`)
	var p Problem
	json.Unmarshal(rec.Body.Bytes(), &p)
	if rec.Code != 422 || len(p.Errors) != 1 || p.Errors[0].Pointer != "/items/0/quantity" {
		t.Fatal(rec.Code, rec.Body)
	}
	t.Log(rec.Body)
}

func TestTooLarge(t *testing.T) {
	rec := call(t, fakeStore{}, "POST", "/v1/orders", "writer", `{"note":"`+strings.Repeat("x", 2<<20)+`"}`)
	if rec.Code != 413 {
		t.Fatal(rec.Code, rec.Body)
	}
}

func TestDeadlineReachesStore(t *testing.T) {
	var had bool
	call(t, fakeStore{func(ctx context.Context, _ string, _ int64) (Order, error) {
		_, had = ctx.Deadline()
		return Order{}, nil
	}}, "GET", "/v1/orders/7", "reader", "")
	if !had {
		t.Fatal("no deadline")
	}
}

// What the guide claims about Gin itself.
func TestGinFacts(t *testing.T) {
	var trace []string
	step := func(name string) gin.HandlerFunc {
		return func(c *gin.Context) { trace = append(trace, name+">"); c.Next(); trace = append(trace, "<"+name) }
	}
	r := gin.New()
	r.GET("/early", func(c *gin.Context) { trace = append(trace, "early") })
	r.Use(step("a"), step("b"))
	g := r.Group("/g", step("c"))
	g.GET("", func(c *gin.Context) { trace = append(trace, "h") })
	r.GET("/abort", func(c *gin.Context) {
		c.AbortWithStatusJSON(401, gin.H{"e": 1})
		trace = append(trace, "still running") // Abort does not return
	}, func(c *gin.Context) { trace = append(trace, "never") })
	r.GET("/bind", func(c *gin.Context) {
		var in struct {
			N int `json:"n" binding:"required"`
		}
		if err := c.BindJSON(&in); err != nil {
			c.JSON(422, gin.H{"mine": true})
		}
	})
	r.GET("/twice", func(c *gin.Context) { c.JSON(200, gin.H{"a": 1}); c.JSON(500, gin.H{"b": 1}) })
	r.GET("/ctx", func(c *gin.Context) {
		if _, ok := c.Deadline(); ok {
			t.Error("gin.Context has the deadline without ContextWithFallback")
		}
		if c.Done() != nil {
			t.Error("gin.Context.Done is not nil")
		}
	})
	r.GET("/ip", func(c *gin.Context) { c.String(200, c.ClientIP()) })
	do := func(path, body string) *httptest.ResponseRecorder {
		trace = nil
		rec := httptest.NewRecorder()
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		req := httptest.NewRequestWithContext(ctx, "GET", path, bytes.NewBufferString(body))
		req.Header.Set("X-Forwarded-For", "9.9.9.9")
		r.ServeHTTP(rec, req)
		return rec
	}
	do("/g", "")
	if got := strings.Join(trace, " "); got != "a> b> c> h <c <b <a" {
		t.Error(got)
	}
	do("/early", "")
	if got := strings.Join(trace, " "); got != "early" {
		t.Error("Use after the route applies to it:", got)
	}
	do("/abort", "")
	if got := strings.Join(trace, " "); got != "a> b> still running <b <a" {
		t.Error(got)
	}
	if rec := do("/bind", `{"n":0}`); rec.Code != 400 || !strings.Contains(rec.Body.String(), "mine") {
		t.Error("Bind:", rec.Code, rec.Body)
	}
	if rec := do("/twice", ""); rec.Code != 200 || rec.Body.String() != `{"a":1}{"b":1}` {
		t.Error(rec.Code, rec.Body)
	}
	do("/ctx", "")
	if rec := do("/ip", ""); rec.Body.String() != "9.9.9.9" {
		t.Error(rec.Body)
	}
	r.SetTrustedProxies(nil)
	if rec := do("/ip", ""); rec.Body.String() == "9.9.9.9" {
		t.Error(rec.Body)
	}
	if rec := do("/bind", `{"n":1} trailing`); rec.Code != 200 {
		t.Error("trailing data:", rec.Code, rec.Body)
	}
	if rec := do("/nope", ""); rec.Code != http.StatusNotFound || rec.Header().Get("Content-Type") != "text/plain" {
		t.Error(rec.Code, rec.Header())
	}
	_ = do("/g/", "") // redirect
}
