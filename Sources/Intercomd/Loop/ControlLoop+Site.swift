internal import Config
internal import Media
internal import Peering
internal import Report
internal import Wire

/// The roster of the site, from peer to peer.
extension ControlLoop {
    /// Lets the site go on, and does what it wants.
    mutating func followSite() {
        site.follow(settings.sources, config.paths, at: now)
        while let (peer, record) = site.nextRecord() {
            let session = cores.table.state(of: peer)?.sessionIndex
            rings.tell(
                .send(peer: peer, index: session, ControlPayload(record), to: nil, made: now))
        }
        while let word = site.nextWord() {
            tell(word.isFault ? .siteFault : .site, peer: word.peer, detail: word.text)
        }
        while let (caller, reply) = site.nextAnswer() {
            server.replyLate(reply, to: caller, at: now)
        }
        if site.hasUnused, settings.canReload(isTakingLeave: cores.table.isTakingLeave) {
            site.beginUse()
            beginReload(for: .site)
        }
    }
}
