internal import Config
internal import HAL
internal import Presentation
internal import Realtime

/// Turns host names into addresses on a thread of its own, for the C library's resolver blocks.
///
/// One question a peer at a time, and one of a pairing; the answer comes back by a ring. A name is
/// looked up again at every retry, so a peer whose address changed is found.
final class Resolver: @unchecked Sendable {
    struct Question: Sendable {
        /// Nil for a pairing.
        let peer: Int?
        let addresses: [PeerAddress]
    }

    struct Answer: Sendable {
        let peer: Int?
        /// What was looked up.
        let addresses: [PeerAddress]
        let endpoints: [SocketAddress]
        /// What went wrong with the last name that gave nothing.
        let complaint: String?
    }

    private static let capacity = 64

    /// Raised when an answer waits.
    let answered: EventSignal
    private let questionsWait: EventSignal
    /// Each holds one of every peer and one of a pairing, so neither is ever full.
    private let questions = SPSCRing<Question>(capacity: capacity)
    private let answers = SPSCRing<Answer>(capacity: capacity)
    private var waiting: Set<Int?> = []

    /// What the thread waits on; it alone uses it.
    private final class Work: @unchecked Sendable {
        var loop: EventLoop
        init(loop: consuming EventLoop) { self.loop = loop }
    }

    init() throws(SystemError) {
        precondition(Self.capacity > Roster.capacity)
        answered = try EventSignal()
        questionsWait = try EventSignal()
    }

    /// Starts the thread; it lives as long as the process, since a look-up cannot be broken off.
    func start() throws(SystemError) {
        let loop = try EventLoop()
        try loop.add(fd: questionsWait.fd, token: 0)
        let work = Work(loop: loop)
        let thread = try RealtimeThread(name: "resolver", priority: 0) { [self] in run(work) }
        // Joining it at the end could take as long as a name server takes to answer.
        thread.detach()
    }

    /// Looks up a peer's addresses, unless that is under way already.
    func resolve(_ question: Question) {
        guard waiting.insert(question.peer).inserted else { return }
        if questions.push(question) == nil {
            questionsWait.raise()
        } else {
            waiting.remove(question.peer)
        }
    }

    /// The next answer; nil when there is none.
    func next() -> Answer? {
        guard let answer = answers.pop() else { return nil }
        waiting.remove(answer.peer)
        return answer
    }

    private func run(_ work: Work) {
        while true {
            _ = work.loop.wait(until: nil)
            questionsWait.drain()
            while let question = questions.pop() {
                _ = answers.push(Self.look(up: question))
                answered.raise()
            }
        }
    }

    private static func look(up question: Question) -> Answer {
        var endpoints: [SocketAddress] = []
        var complaint: String?
        for address in question.addresses {
            do throws(ResolutionError) {
                endpoints += try SocketAddress.resolve(host: address.host, port: address.port)
            } catch {
                complaint = error.description
            }
        }
        return Answer(
            peer: question.peer, addresses: question.addresses, endpoints: endpoints,
            complaint: endpoints.isEmpty ? complaint : nil)
    }
}
