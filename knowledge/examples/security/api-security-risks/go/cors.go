package products

import (
	"time"

	"github.com/gin-contrib/cors"
	"github.com/gin-gonic/gin"
)

// region gin
func NewRouter() *gin.Engine {
	router := gin.New()
	router.Use(gin.Recovery(), cors.New(cors.Config{
		AllowOrigins:     []string{"https://app.example.com", "https://admin.example.com"},
		AllowCredentials: true,
		AllowMethods:     []string{"GET", "POST", "PATCH", "DELETE"},
		AllowHeaders:     []string{"Content-Type", "Idempotency-Key", "X-CSRF-Token"},
		ExposeHeaders:    []string{"Location", "ETag", "Retry-After"},
		MaxAge:           10 * time.Minute,
	}))
	return router
}

// endregion gin
