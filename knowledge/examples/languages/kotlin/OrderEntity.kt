package com.example.offers

import jakarta.persistence.Entity
import jakarta.persistence.FetchType
import jakarta.persistence.Id
import jakarta.persistence.ManyToOne
import jakarta.persistence.Table
import jakarta.persistence.Version
import java.util.UUID

@Entity
class Customer(@Id val id: UUID, var name: String)

// region entity
@Entity
@Table(name = "orders")
class OrderEntity( // a class, not a data class: equality is the id, and toString loads nothing
    @Id val id: UUID,
    @ManyToOne(fetch = FetchType.LAZY) var customer: Customer,
    var status: String = "new",
) {
    @Version
    var version: Long? = null

    override fun equals(other: Any?) = this === other || (other is OrderEntity && id == other.id)

    override fun hashCode() = id.hashCode() // assigned in the constructor, so it never changes
}
// endregion entity
