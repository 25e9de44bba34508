// region nulls
// System.getProperty is Java without annotations: its result is String!, neither String nor String?
object Settings {
    fun unsafe(name: String): String = System.getProperty(name) // compiles, throws here when it is null

    fun optional(name: String): String? = System.getProperty(name) // declared at the border: callers must decide

    fun required(name: String): String =
        System.getProperty(name) ?: throw IllegalStateException("setting $name is missing")
}
// endregion nulls

fun main() {
    check(Settings.optional("no.such.setting") == null)
    check(runCatching { Settings.unsafe("no.such.setting") }.exceptionOrNull() is NullPointerException)
    check(runCatching { Settings.required("no.such.setting") }.exceptionOrNull() is IllegalStateException)
    println("ok")
}
