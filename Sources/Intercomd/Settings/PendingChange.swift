internal import Config
internal import Control
internal import Media
internal import Presentation
internal import Switchboard
internal import Time

/// New settings, from the moment the media loop is told of them until it has taken them over.
///
/// Until then its events speak of the places of keys before.
struct PendingChange {
    let config: Config
    let routing: Routing
    let plan: MediaPlan
    var isAdopted = false
}

/// A reload that was asked for, until its settings are in use.
struct PendingReload {
    /// The caller that waits for it; nil where a signal asked.
    let caller: CallerTicket?
    let lines: [ConfigDifference.Line]
    let warnings: [Mistake]
    /// The answer is given then, whether the media loop has taken the settings over or not.
    let end: Instant
}
