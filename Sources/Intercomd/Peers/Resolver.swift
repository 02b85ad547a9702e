internal import Config
internal import HAL
internal import Time

/// Turns host names into addresses.
///
/// Each name is looked up on a thread of its own, so a silent name
/// server holds up only the names that it is asked for.
///
/// One question a peer at a time, and one of a pairing. A name is looked up again at every retry,
/// so a peer whose address changed is found.
struct Resolver {
    struct Question {
        /// Nil for a pairing.
        let peer: Int?
        let addresses: [PeerAddress]
    }

    struct Answer {
        let question: Question
        /// The addresses found so far.
        ///
        /// Each name that is found makes an answer, and so does the last of
        /// several that are not.
        let endpoints: [SocketAddress]
        /// What is wrong with the last name that gave nothing.
        let complaint: String?
    }

    /// A question whose names are not all known yet.
    private struct Search {
        let question: Question
        /// By the place of the address; nil where there is an answer.
        var lookUps: [NameLookup?]
        var found: [SocketAddress] = []
        var complaint: String?

        var isOver: Bool { lookUps.allSatisfy { $0 == nil } }

        /// Takes answers that are there; returns whether there is something to tell.
        mutating func look() -> Bool {
            let before = found.count
            for place in lookUps.indices {
                guard let lookUp = lookUps[place] else { continue }
                switch lookUp.answer() {
                case .silent: continue
                case .failed(let error): complaint = error.description
                case .found(let addresses):
                    let port = question.addresses[place].port
                    found += addresses.map {
                        SocketAddress(high: $0.high, low: $0.low, port: port, scope: $0.scope)
                    }
                }
                lookUps[place] = nil
            }
            return found.count > before || isOver && found.isEmpty
        }
    }

    private var searches: [Search] = []

    /// When to ask for an answer again; nil while no name is looked up.
    func deadline(at now: Instant) -> Instant? {
        searches.flatMap { $0.lookUps }.compactMap { $0?.look(at: now) }.min()
    }

    /// Looks up a peer's addresses, unless that is under way already.
    mutating func resolve(_ question: Question) {
        guard !searches.contains(where: { $0.question.peer == question.peer }) else { return }
        let lookUps = question.addresses.map { Optional(NameLookup($0.host)) }
        searches.append(Search(question: question, lookUps: lookUps))
    }

    /// The next answer; nil when there is none.
    mutating func next() -> Answer? {
        for place in searches.indices {
            let isNews = searches[place].look()
            let search = searches[place]
            guard isNews || search.isOver else { continue }
            if search.isOver { searches.remove(at: place) }
            guard isNews else { return next() }
            return Answer(
                question: search.question, endpoints: search.found,
                complaint: search.found.isEmpty ? search.complaint : nil)
        }
        return nil
    }
}
