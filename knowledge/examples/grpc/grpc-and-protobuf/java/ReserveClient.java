package example.inventory;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.concurrent.TimeUnit;

// region client
final class ReserveClient {
    private final InventoryGrpc.InventoryBlockingStub stub; // over one shared ManagedChannel

    ReserveClient(InventoryGrpc.InventoryBlockingStub stub) {
        this.stub = stub;
    }

    String reserve(ReserveRequest request) throws OutOfStockException, InvalidProtocolBufferException {
        try {
            // withDeadlineAfter starts the clock now: set it per call, never on a stub that is kept
            return stub.withDeadlineAfter(800, TimeUnit.MILLISECONDS).reserve(request).getReservationId();
        } catch (StatusRuntimeException e) {
            com.google.rpc.Status status = StatusProto.fromThrowable(e);
            for (Any detail : status.getDetailsList()) {
                if (detail.is(ErrorInfo.class)) {
                    ErrorInfo info = detail.unpack(ErrorInfo.class);
                    if (info.getReason().equals("OUT_OF_STOCK")) {
                        throw new OutOfStockException(info.getMetadataOrThrow("available"));
                    }
                }
            }
            throw e;
        }
    }
}
// endregion
