internal import Config
internal import Media
internal import Report
internal import Station
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

/// The origin of a reload.
enum ReloadCause: Equatable {
    /// A program, which waits for it.
    case caller(CallerTicket)
    case signal
    /// A pairing has written a peer; only the peers in the state directory are read.
    case pairing
    /// A newer roster has come, and its peers are written; as with a pairing.
    case site
}

/// A reload that was asked for, until its settings are in use.
struct PendingReload {
    let cause: ReloadCause
    let lines: [ConfigDifference.Line]
    let warnings: [Mistake]
    /// The answer is given then, whether the media loop has taken the settings over or not.
    let end: Instant
}
