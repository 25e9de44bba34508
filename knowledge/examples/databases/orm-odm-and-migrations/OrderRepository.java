// Hibernate 7 / Spring Data JPA; not run here.
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import jakarta.persistence.Table;
import java.util.List;
import org.hibernate.annotations.BatchSize;
import org.springframework.data.domain.Pageable;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Query;

// region hibernate
interface OrderRepository extends JpaRepository<Order, Long> {

    // to-one: join; one row per order, so LIMIT stays correct
    @Query("select o from Order o join fetch o.customer order by o.id")
    List<Order> page(Pageable page);
}

@Entity
@Table(name = "orders")                       // "order" is a reserved word in SQL
class Order {
    @Id Long id;

    @ManyToOne(fetch = FetchType.LAZY)          // the default of @ManyToOne is EAGER
    Customer customer;

    @OneToMany(mappedBy = "order")
    @BatchSize(size = 50)                       // to-many: one IN (…) query per 50 orders; do not join fetch with a page
    List<Line> lines;
}
// endregion

@Entity
class Customer {
    @Id Long id;
}

@Entity
class Line {
    @Id Long id;
    @ManyToOne(fetch = FetchType.LAZY) Order order;
}
