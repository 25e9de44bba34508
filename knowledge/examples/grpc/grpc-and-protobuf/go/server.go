package inventory

import (
	"context"
	"errors"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// region deadline
// Reserve gets the caller's deadline in ctx; every call that takes ctx inherits what is left of it.
func (s *Server) Reserve(ctx context.Context, in *ReserveRequest) (*ReserveResponse, error) {
	if in.GetQuantity() < 1 {
		return nil, status.Error(codes.InvalidArgument, "quantity must be at least 1")
	}
	pctx, cancel := context.WithTimeout(ctx, 300*time.Millisecond) // shorter is allowed, longer has no effect
	defer cancel()
	if _, err := s.Pricing.Price(pctx, &PriceRequest{Sku: in.GetSku()}); err != nil {
		return nil, err // keeps code and details of the callee; map them where its codes are not yours
	}
	id, left, err := s.Store.Reserve(ctx, in.GetRequestId(), in.GetSku(), in.GetQuantity()) // ctx reaches the SQL driver
	switch {
	case errors.Is(err, ErrOutOfStock):
		st, detailErr := status.New(codes.FailedPrecondition, "not enough stock").WithDetails(&errdetails.ErrorInfo{
			Reason: "OUT_OF_STOCK", Domain: "inventory.example.com", Metadata: map[string]string{"available": left},
		})
		if detailErr != nil {
			return nil, status.Error(codes.Internal, "internal error")
		}
		return nil, st.Err()
	case ctx.Err() != nil:
		return nil, status.FromContextError(ctx.Err()).Err() // CANCELLED or DEADLINE_EXCEEDED, not UNKNOWN
	case err != nil:
		s.Log.ErrorContext(ctx, "reserve failed", "err", err)
		return nil, status.Error(codes.Internal, "internal error") // no driver text to the caller
	}
	return &ReserveResponse{ReservationId: id}, nil
}

// endregion
