package com.example.shop;

import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.springframework.data.domain.Pageable;
import org.springframework.data.jpa.repository.EntityGraph;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Query;

@Entity
@Table(name = "orders")
class Order {
    @Id
    UUID id;

    @Version
    Long version; // nullable: null tells save() that the order is new, although its id is set

    String customer;

    @ElementCollection // lazy, like every collection
    List<OrderLine> lines = new ArrayList<>();

    protected Order() {} // for Hibernate

    Order(UUID id, String customer) {
        this.id = id;
        this.customer = customer;
    }
}

@Embeddable
record OrderLine(String sku, int quantity) {}

// region repository
record OrderRow(UUID id, String customer, long lineCount) {}

interface OrderRepository extends JpaRepository<Order, UUID> {
    @EntityGraph(attributePaths = "lines") // one query with a join, for the one screen that shows lines
    List<Order> findByCustomer(String customer);

    @Query("""
        select new com.example.shop.OrderRow(o.id, o.customer, count(l))
        from Order o left join o.lines l
        group by o.id, o.customer
        order by o.id
        """)
    List<OrderRow> page(Pageable pageable); // reads three columns, no entities, nothing lazy left

    boolean existsByIdAndCustomer(UUID id, String customer);
}
// endregion repository
