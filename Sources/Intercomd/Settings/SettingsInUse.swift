internal import Config
internal import Media
internal import Presentation

/// The settings that hold now, and those that are about to.
struct SettingsInUse {
    var config: Config
    var roster: Roster
    var routing: Routing
    /// The plan that the media loop was given last.
    var plan: MediaPlan
    /// The folder has no settings yet.
    var isUnconfigured: Bool
    /// Settings that the media loop is about to take over.
    var change: PendingChange?
    /// The reload under way.
    var pendingReload: PendingReload?
    /// A signal asked for a reload while another was under way.
    var owesReload = false
    /// Settings in the files that only a restart applies.
    var awaitsRestart: [String] = []

    init(
        _ config: Config, isUnconfigured: Bool, roster: Roster, routing: Routing, plan: MediaPlan
    ) {
        self.config = config
        self.isUnconfigured = isUnconfigured
        self.roster = roster
        self.routing = routing
        self.plan = plan
    }
}
