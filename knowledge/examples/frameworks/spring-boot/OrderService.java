package com.example.shop;

import java.util.UUID;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Component;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.transaction.support.TransactionTemplate;

record OrderPlaced(UUID orderId) {}

class PaymentDeclined extends Exception {}

interface PaymentClient {
    void authorise(UUID orderId) throws PaymentDeclined;
}

// region transactional
@Service
class OrderService {
    private final OrderRepository orders;
    private final ApplicationEventPublisher events;
    private final TransactionTemplate transaction;

    OrderService(OrderRepository orders, ApplicationEventPublisher events, TransactionTemplate transaction) {
        this.orders = orders;
        this.events = events;
        this.transaction = transaction;
    }

    public OrderView importOne(PlaceOrder request, PaymentClient payments) throws PaymentDeclined {
        var id = UUID.randomUUID();
        payments.authorise(id); // the remote call stays outside: no connection is held
        return transaction.execute(status -> save(id, request)); // this.place() would bypass the proxy
    }

    @Transactional(rollbackFor = Exception.class) // checked exceptions commit by default
    public OrderView place(PlaceOrder request) {
        return save(UUID.randomUUID(), request);
    }

    private OrderView save(UUID id, PlaceOrder request) {
        orders.save(new Order(id, request.customer()));
        events.publishEvent(new OrderPlaced(id));
        return new OrderView(id, request.customer(), request.lines());
    }

    @Transactional(readOnly = true)
    public OrderView find(UUID id) {
        var order = orders.findById(id).orElseThrow(() -> new OrderNotFound(id));
        var lines = order.lines.stream().map(l -> new Line(l.sku(), l.quantity())).toList();
        return new OrderView(order.id, order.customer, lines); // copied while the session is open
    }
}
// endregion transactional

@Component
class OrderMail {
    @TransactionalEventListener(phase = TransactionPhase.AFTER_COMMIT)
    void on(OrderPlaced event) {
        // runs only when the order is really stored; a crash in between loses it: use an outbox if it must arrive
    }
}
