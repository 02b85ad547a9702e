internal import Media
internal import Switchboard

/// A processor that cannot keep up.
extension ControlLoop {
    mutating func follow(shed step: LoadShedding.Step) {
        feed { board, _, now in board.follow(.overload(Overload.Step(step)), at: now) }
    }
}

extension Overload.Step {
    fileprivate init(_ step: LoadShedding.Step) {
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
