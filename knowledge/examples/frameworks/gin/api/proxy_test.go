package api

import (
	"net/http/httptest"
	"testing"

	"github.com/gin-gonic/gin"
)

// region proxies
func TestClientIP(t *testing.T) {
	forged := "203.0.113.9, 198.51.100.7" // the client wrote the first, our balancer added the second
	for name, tt := range map[string]struct {
		trusted []string
		want    string
	}{
		"default of Gin: everybody": {[]string{"0.0.0.0/0", "::/0"}, "203.0.113.9"}, // forged
		"nobody":                    {nil, "192.0.2.1"},                             // the peer itself
		"our balancer":              {[]string{"192.0.2.0/24"}, "198.51.100.7"},     // right
	} {
		t.Run(name, func(t *testing.T) {
			r := gin.New()
			if err := r.SetTrustedProxies(tt.trusted); err != nil {
				t.Fatal(err)
			}
			r.GET("/ip", func(c *gin.Context) { c.String(200, c.ClientIP()) })
			req := httptest.NewRequest("GET", "/ip", nil) // RemoteAddr is 192.0.2.1:1234
			req.Header.Set("X-Forwarded-For", forged)
			rec := httptest.NewRecorder()
			r.ServeHTTP(rec, req)
			if rec.Body.String() != tt.want {
				t.Errorf("ClientIP = %s, want %s", rec.Body, tt.want)
			}
		})
	}
}

// endregion proxies
