internal import Config
internal import Media

/// New settings, from the moment the media loop is told of them until it has taken them over.
///
/// Until then its events speak of the places of keys before.
struct PendingChange {
    let config: Config
    let routing: Routing
    let plan: MediaPlan
    var isAdopted = false
}
