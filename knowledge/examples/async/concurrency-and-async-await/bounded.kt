import java.io.IOException
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.sync.Semaphore
import kotlinx.coroutines.sync.withPermit
import kotlinx.coroutines.withTimeoutOrNull

// region bounded
suspend fun <T, R : Any> mapBounded(items: List<T>, atOnce: Int = 20, each: Duration = 2.seconds,
                              work: suspend (T) -> R): List<R> = coroutineScope {   // a failing child cancels the rest
    val slots = Semaphore(atOnce)
    items.map { item ->
        async {
            slots.withPermit {           // withTimeout would throw a CancellationException, which ends silently
                withTimeoutOrNull(each) { work(item) } ?: throw IOException("timeout for $item")
            }
        }
    }.awaitAll()
}
// endregion
