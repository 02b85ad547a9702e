internal import Files
internal import Peering
internal import Report
internal import Station
internal import Time

/// A pairing under way: who asked for it, and what is known of it so far.
struct PairingJob {
    /// The program that waits for it, which ends it by its own end; nil for the talk button.
    let caller: CallerTicket?
    let asker: Asker
    /// The name that the other station is to have here; nil for its own.
    let name: String?
    /// Whether it may be one that the site has taken out.
    let takesBack: Bool
    /// Where a code is tried, as the settings have an address; nil where one is shown.
    var host: String?
    /// How many stations were found that show codes.
    var found = 0
    /// Streams of something that is no station; anybody may connect, again and again, so only the
    /// first are told of.
    var strangers = 0
    /// Why the last connection was not made.
    var connectionError: String?
    /// The peer of which all is on the disk but the last rename.
    var prepared: PairedPeer?
    /// The peer, when it is written, and until when it must be in use.
    var written: (peer: PairedPeer, end: Instant)?

    static let strangersTold = 3

    init(
        caller: CallerTicket?, asker: Asker, name: String?, takesBack: Bool, host: String? = nil
    ) {
        (self.caller, self.asker, self.name) = (caller, asker, name)
        (self.takesBack, self.host) = (takesBack, host)
    }

    /// That of the talk button.
    ///
    /// A press cannot say that it means a station which the site has taken out, perhaps as stolen.
    init(button: Asker) { self.init(caller: nil, asker: button, name: nil, takesBack: false) }

    /// An event of it.
    func event(_ kind: Event.Kind, at host: String?, _ detail: String) -> Event {
        var event = Event(kind, at: 0)
        (event.asker, event.user) = (asker.name, asker.user)
        event.target = host
        event.detail = detail
        return event
    }
}
