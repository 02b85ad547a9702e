internal import Media
internal import Switchboard

// Values of `MachineNews` made of what the media loop reports: how much it leaves out (`overload`),
// and what became of a stream of sound (`stream`).

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
