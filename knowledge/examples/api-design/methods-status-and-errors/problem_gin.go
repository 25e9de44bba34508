// Problem details for Gin. Compiled and run with Go 1.19 and Gin 1.8; current is Gin 1.12.
package main

import (
	"errors"
	"log/slog"
	"net/http"
	"reflect"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/gin-gonic/gin/binding"
	"github.com/go-playground/validator/v10"
)

type FieldError struct {
	Pointer string `json:"pointer"`
	Code    string `json:"code"`
}

type Problem struct {
	Type   string       `json:"type"`
	Title  string       `json:"title"`
	Status int          `json:"status"`
	Errors []FieldError `json:"errors,omitempty"`
}

var codes = map[string]string{"required": "required", "min": "too_small", "max": "too_large", "email": "invalid_format"}

// region gin
func abort(c *gin.Context, p Problem) {
	c.Header("Content-Type", "application/problem+json") // c.JSON keeps a type that is already set
	c.AbortWithStatusJSON(p.Status, p)
}

// bind answers 400 for JSON that does not parse or has the wrong types, 422 for values out of range.
func bind(c *gin.Context, target any) bool {
	err := c.ShouldBindJSON(target)
	var invalid validator.ValidationErrors
	switch {
	case err == nil:
		return true
	case errors.As(err, &invalid):
		p := Problem{"https://api.example.com/problems/validation-error", "The request has invalid fields.", 422, nil}
		for _, e := range invalid {
			_, path, _ := strings.Cut(e.Namespace(), ".") // "NewOrder.lines[0].quantity"
			path = strings.NewReplacer("].", "/", "[", "/", ".", "/", "]", "").Replace(path)
			code, ok := codes[e.Tag()]
			if !ok {
				code = "invalid"
			}
			p.Errors = append(p.Errors, FieldError{"#/" + path, code})
		}
		abort(c, p)
	default: // the decoder's message names Go types: log it, do not send it
		_ = c.Error(err)
		abort(c, Problem{"https://api.example.com/problems/malformed-json", "The body cannot be read.", 400, nil})
	}
	return false
}

// endregion

type Line struct {
	SKU      string `json:"sku" binding:"required"`
	Quantity int    `json:"quantity" binding:"min=1,max=100"`
}

type NewOrder struct {
	Lines []Line `json:"lines" binding:"required,min=1,dive"`
}

func newRouter() *gin.Engine {
	if v, ok := binding.Validator.Engine().(*validator.Validate); ok {
		v.RegisterTagNameFunc(func(f reflect.StructField) string { // JSON names instead of Go names
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			return name
		})
	}
	r := gin.New()
	r.HandleMethodNotAllowed = true // off by default: 404 instead of 405
	r.NoRoute(func(c *gin.Context) { abort(c, Problem{"about:blank", "Not Found", 404, nil}) })
	r.NoMethod(func(c *gin.Context) { abort(c, Problem{"about:blank", "Method Not Allowed", 405, nil}) })
	r.Use(gin.CustomRecovery(func(c *gin.Context, cause any) {
		slog.Error("unhandled panic", "cause", cause, "path", c.Request.URL.Path)
		abort(c, Problem{"about:blank", "Internal Server Error", 500, nil})
	}))
	r.POST("/orders", func(c *gin.Context) {
		var order NewOrder
		if !bind(c, &order) {
			return
		}
		if order.Lines[0].SKU == "crash" {
			panic("password=hunter2")
		}
		c.JSON(http.StatusCreated, gin.H{"lines": len(order.Lines)})
	})
	return r
}

func main() { _ = newRouter().Run("127.0.0.1:8792") }
