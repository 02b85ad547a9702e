/// The site that the station is in, and those that peers show it.
public struct SiteStatus: JSONRecord, Equatable, Sendable {
    /// Null where it is in none; so are the two below.
    public var name: String?
    /// The counter of the roster in use.
    public var number: Int?
    public var fingerprint: String?
    /// The peers here that are in it, by their names here.
    public var peers: [String] = []
    /// Whether this station has the secret that signs its roster.
    public var introduces = false
    /// Whether this station has left a former key of the site; not in the JSON.
    public var hasLeft = false
    /// The peers that say so of themselves, by their names here: one, or none that was heard of
    /// since the start.
    public var introducers: [String] = []
    /// The stations of the roster that are not known to have it, by their names there: they may
    /// use an older one.
    public var behind: [String] = []
    /// The stations among those that have told of another one last: an older one, or a newer one
    /// that is on its way here.
    public var older: [Older] = []
    /// Peers that are in the site under a key that this station has left.
    public var left: [String] = []
    /// Rosters that peers show to this station, which is in none yet.
    public var offers: [Offer] = []

    public init() {}

    /// The station that introduces, for a sentence of another one.
    public var introducer: String { named ?? "the station that introduces" }

    /// Where the site is changed, for a sentence that ends, or goes on with a command.
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

    /// A station of the roster that has an older one.
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
        /// The site's.
        public var name = ""
        public var number = 0
        public var stations = 0
        /// The fingerprint of the site's key.
        public var fingerprint = ""

        public init() {}

        public mutating func fields(_ coder: inout JSONCoder) {
            coder.field("peer", &peer)
            coder.field("name", &name)
            coder.field("number", &number)
            coder.field("stations", &stations)
            coder.field("fingerprint", &fingerprint)
        }
    }
}
