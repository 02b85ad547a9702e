internal import Media
internal import Station

// What the media loop reports, in the switchboard's words: how much it leaves out, and what became
// of a stream of sound.

extension Overload.Step {
    init(_ step: LoadShedding.Step) {
        self =
            switch step {
            case .none: .none
            case .thriftyEncoder: .thriftyEncoder
            case .plainEncoder: .plainEncoder
            case .noNoiseSuppression: .noNoiseSuppression
            case .noEchoCancelling: .noEchoCancelling
            case .fourVoices: .fourVoices
            case .twoVoices: .twoVoices
            }
    }
}

extension StillStreams.Change {
    init(_ change: StreamWatch.Change) {
        self =
            switch change {
            case .stands: .stands
            case .suspended: .suspended
            case .moves: .moves
            case .over: .over
            }
    }
}
