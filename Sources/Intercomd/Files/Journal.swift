/// The ways by which people and programs learn of events: the journal and the user's program.
struct Journal {
    var budget = LogBudget()
    var hook = EventHook()
    /// Lines that neither the journal nor standard error took.
    var lost = 0
}
