internal import Config
internal import Control
internal import Media
internal import Presentation
internal import Session
internal import Site
internal import Wire

/// The roster of the site, from peer to peer.
extension ControlLoop {
    /// Takes over what the files say of site and peers; the peers are in use already.
    mutating func loadSite(_ config: Config) {
        let peers = roster.numbers.map { number in
            SiteKeeper.Peer(number: number, name: roster[number].name, key: roster.key(of: number))
        }
        site.load(config, peers, at: now)
    }

    /// A person has decided to join the site that a peer shows.
    mutating func joinSite(of peer: String, _ digits: String) -> Reply {
        do throws(ControlError) {
            let lines = try site.join(peer, digits, settings.sources, config.paths)
            return .done(Reply.Done(lines.joined(separator: "\n")))
        } catch { return .refused(error) }
    }

    /// Lets the site go on, and does what it wants.
    mutating func followSite() {
        site.follow(settings.sources, config.paths, at: now)
        while let (peer, record) = site.nextRecord() {
            let session = cores.table.state(of: peer)?.sessionIndex
            rings.tell(
                .tell(peer: peer, session: session, ControlPayload(record), made: now))
        }
        while let word = site.nextWord() {
            tell(word.isFault ? .siteFault : .site, peer: word.peer, detail: word.text)
        }
        if site.hasUnused, settings.canReload(isTakingLeave: cores.table.isTakingLeave) {
            beginReload(for: .site)
        }
    }
}
