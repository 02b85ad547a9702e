/// The site that the station is in, and the sites that peers show to it.
public struct SiteStatus: JSONRecord, Equatable, Sendable {
    /// The name of the site; null if the station is in none, as are the next two.
    public var name: String?
    /// The counter of the roster in use.
    public var number: Int?
    public var fingerprint: String?
    /// The peers here that are in the site, by their names here.
    public var peers: [String] = []
    /// Whether this station has the secret that signs the site's roster.
    public var introduces = false
    /// Whether this station has left a former key of the site; not in the JSON.
    public var hasLeft = false
    /// The peers that announce that they introduce, by their names here; none if none was heard
    /// since the start.
    public var introducers: [String] = []
    /// The stations that are not known to have this roster, by their names in it.
    public var behind: [String] = []
    /// The stations in `behind` that have announced another roster: an older one, or a newer one
    /// that is on its way here.
    public var older: [Older] = []
    /// Peers that are in the site under a key that this station has left.
    public var left: [String] = []
    /// Peers that introduce the site under a key that this station has left; not in the JSON.
    public var formerIntroducers: [FormerIntroducer] = []
    /// Rosters that peers show to this station, which may join their sites.
    public var offers: [Offer] = []

    public init() {}

    /// The introducer, for a sentence at another station.
    public var introducer: String { named ?? "the station that introduces" }

    /// The place where the site is changed, for the end of a sentence or before a command.
    public var place: String {
        introduces ? "here" : named.map { "at \($0)" } ?? "where the site is introduced"
    }

    private var named: String? {
        introducers.isEmpty ? nil : introducers.joined(separator: " or ") + ", which introduces"
    }

    public mutating func fields(_ coder: inout JSONCoder) {
        coder.field("name", &name)
        coder.field("number", &number)
        coder.field("fingerprint", &fingerprint)
        coder.field("peers", &peers)
        coder.field("introduces", &introduces)
        coder.field("introducers", &introducers)
        coder.field("behind", &behind)
        coder.field("older", &older)
        coder.field("left", &left)
        coder.field("offers", &offers)
    }

    /// A peer that introduces the site under a former key.
    public struct FormerIntroducer: Equatable, Sendable {
        public let peer: String
        /// Its name in the roster; nil if it is not in the site.
        public let station: String?

        public init(peer: String, station: String?) { (self.peer, self.station) = (peer, station) }
    }

    /// A station of the roster that has another roster, with the number of that.
    public struct Older: JSONRecord, Equatable, Sendable {
        public var station = ""
        public var number = 0

        public init() {}

        public mutating func fields(_ coder: inout JSONCoder) {
            coder.field("station", &station)
            coder.field("number", &number)
        }
    }

    /// A roster that a peer shows.
    public struct Offer: JSONRecord, Equatable, Sendable {
        public var peer = ""
        /// The name of the site.
        public var name = ""
        public var number = 0
        public var stations = 0
        /// The fingerprint of the site's key.
        public var fingerprint = ""
        /// Whether this station has left that key, which a thief may have.
        public var wasLeft = false

        public init() {}

        public mutating func fields(_ coder: inout JSONCoder) {
            coder.field("peer", &peer)
            coder.field("name", &name)
            coder.field("number", &number)
            coder.field("stations", &stations)
            coder.field("fingerprint", &fingerprint)
            coder.field("left", &wasLeft)
        }
    }
}
