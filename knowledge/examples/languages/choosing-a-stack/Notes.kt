// The rosetta notes service in Kotlin: one resource, validation, problem+json, health, orderly shutdown (Spring Boot 4.1, Kotlin 2.x).
package example

import jakarta.validation.Valid
import jakarta.validation.constraints.NotBlank
import jakarta.validation.constraints.Size
import java.net.URI
import java.util.UUID
import java.util.concurrent.ConcurrentHashMap
import org.springframework.boot.autoconfigure.SpringBootApplication
import org.springframework.boot.runApplication
import org.springframework.http.HttpHeaders
import org.springframework.http.HttpStatus
import org.springframework.http.HttpStatusCode
import org.springframework.http.ProblemDetail
import org.springframework.http.ResponseEntity
import org.springframework.web.ErrorResponseException
import org.springframework.web.bind.MethodArgumentNotValidException
import org.springframework.web.bind.annotation.GetMapping
import org.springframework.web.bind.annotation.PathVariable
import org.springframework.web.bind.annotation.PostMapping
import org.springframework.web.bind.annotation.RequestBody
import org.springframework.web.bind.annotation.RestController
import org.springframework.web.bind.annotation.RestControllerAdvice
import org.springframework.web.context.request.WebRequest
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler

// region service
data class NoteIn(
    @field:NotBlank @field:Size(max = 100) val title: String?,
    @field:Size(max = 10_000) val body: String = "",
)
data class Note(val id: UUID, val title: String, val body: String)

@RestController
class Notes {
    private val notes = ConcurrentHashMap<UUID, Note>()

    @PostMapping("/notes")
    fun create(@Valid @RequestBody input: NoteIn): ResponseEntity<Note> {
        val note = Note(UUID.randomUUID(), input.title!!.trim(), input.body) // @NotBlank has run
        notes[note.id] = note
        return ResponseEntity.created(URI("/notes/${note.id}")).body(note)
    }

    @GetMapping("/notes/{id}")
    fun fetch(@PathVariable id: String): Note =
        runCatching { UUID.fromString(id) }.getOrNull()?.let(notes::get) ?: throw ErrorResponseException(HttpStatus.NOT_FOUND)
}

@RestControllerAdvice
class Problems : ResponseEntityExceptionHandler() { // already answers application/problem+json
    override fun handleMethodArgumentNotValid(
        ex: MethodArgumentNotValidException, headers: HttpHeaders, status: HttpStatusCode, request: WebRequest,
    ): ResponseEntity<Any>? {
        val problem = ProblemDetail.forStatus(HttpStatus.UNPROCESSABLE_CONTENT)
        val errors = ex.bindingResult.fieldErrors.map { mapOf("pointer" to "/${it.field}", "detail" to it.defaultMessage) }
        problem.setProperty("errors", errors)
        return handleExceptionInternal(ex, problem, headers, HttpStatus.UNPROCESSABLE_CONTENT, request)
    }
}
// endregion

@RestController
class Health {
    @GetMapping("/health")
    fun health() = mapOf("status" to "ok")
}

@SpringBootApplication // on SIGTERM the web server ends requests in flight first: graceful is the default
class NotesApplication

fun main(args: Array<String>) {
    runApplication<NotesApplication>(*args)
}
