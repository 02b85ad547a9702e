package import Media
package import Session
package import Station
package import Time
package import Wire

extension Snapshot {
    /// What is known of a peer besides what the switchboard knows.
    package struct Peer {
        /// What was counted of its traffic.
        package var traffic = Readings<PeerCount>()
        package var figures = PeerFigures()
        package var session: PeerState?
        /// Why it is down, as far as the sessions know; nil when it is up.
        package var downReason: DownReason?
        /// When it was added or lost; nil when it is up.
        package var downSince: Instant?
        /// The addresses at which it is called.
        package var endpoints: [Endpoint] = []
        /// Two stations use its key.
        package var sharedKey: SharedKey?
        /// It reports that another station uses this station's own key.
        package var reportsOwnKeyShared = false
        /// Whether it is heard now.
        package var isSounding = false
        /// What each of its streams means here.
        package var hearings = [Hearing](repeating: .unbound, count: 32)
        /// The last value of each of `hearings` that let it be heard.
        package var formerHearings = [Hearing](repeating: .unbound, count: 32)

        package init() {}
    }
}
