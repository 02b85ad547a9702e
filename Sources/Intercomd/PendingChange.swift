internal import Config
internal import Media

/// New settings, from the moment the media loop is told of them until it has taken them over.
///
/// Until then its events speak of the places of keys before.
struct PendingChange {
    let config: Config
    let routing: Routing
    let plan: MediaPlan
    /// Held here too, so that the last to let go of it is never the media loop.
    let box: MediaChange
    var isAdopted = false
}
