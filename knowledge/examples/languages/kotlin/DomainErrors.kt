import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.delay
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeoutOrNull

// region errors
sealed interface PlaceResult {
    data class Placed(val orderId: String) : PlaceResult
    data class OutOfStock(val sku: String) : PlaceResult
    data object CreditLimit : PlaceResult
}

fun status(result: PlaceResult): Int = when (result) { // no else: a new case fails to compile
    is PlaceResult.Placed -> 201
    is PlaceResult.OutOfStock -> 409
    PlaceResult.CreditLimit -> 422
}

/** runCatching also catches cancellation; this one lets it through. */
inline fun <T> catching(block: () -> T): Result<T> = try {
    Result.success(block())
} catch (e: CancellationException) {
    throw e
} catch (e: Exception) {
    Result.failure(e)
}
// endregion errors

fun main() = runBlocking {
    check(status(PlaceResult.Placed("o-1")) == 201 && status(PlaceResult.CreditLimit) == 422)
    check(catching { error("db") }.isFailure)
    var survivedBad = false
    withTimeoutOrNull(50) {
        runCatching { delay(5_000) }
        survivedBad = true // cancellation was swallowed: the code after it runs
    }
    var survivedGood = false
    withTimeoutOrNull(50) {
        catching { delay(5_000) }
        survivedGood = true
    }
    check(survivedBad && !survivedGood) { "$survivedBad $survivedGood" }
    println("ok")
}
