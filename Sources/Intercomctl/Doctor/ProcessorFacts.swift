internal import Control

/// Whether the processor keeps up with the sound, as the running daemon measures.
struct ProcessorFacts {
    /// Nil without a daemon.
    var overload: OverloadStatus?

    init(overload: OverloadStatus?) { self.overload = overload }

    init(_ situation: Situation) { overload = situation.status?.overload }

    var checks: [Check] {
        guard let overload else { return [.ok(.processor, "watched while intercomd runs")] }
        guard let text = overload.text else { return [.ok(.processor, "keeps up with the sound")] }
        return [.warn(.processor, text, fix: overload.fix ?? "top")]
    }
}
