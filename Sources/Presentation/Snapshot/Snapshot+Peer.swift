package import Media
package import Peering
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
        /// It is in the roster of this station's site.
        package var isInSite = false
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

    /// A caller that is no peer.
    package struct Stranger {
        package let caller: UnknownCaller
        /// Its name in this station's site; nil where it is in none, or in another one.
        package var station: String?
        /// That which it had there before it was taken out.
        package var formerStation: String?

        package init(_ caller: UnknownCaller) { self.caller = caller }
    }
}
