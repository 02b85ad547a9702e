internal import HAL
internal import Media
internal import Presentation
internal import Switchboard

extension SoundNews {
    /// What the media loop tells of talk and voices; nil for anything else.
    ///
    /// - Parameters:
    ///   - event: Its event.
    ///   - name: What people call a talk target.
    init?(_ event: MediaEvent, _ name: (Int) -> String?) {
        switch event {
        case .talking(let target, let first, let isDoubted):
            self = .talking(
                target: target, name: name(target), first: first, isDoubted: isDoubted)
        case .silent(let target): self = .silent(target: target, name: name(target))
        case .said(let target, let frames): self = .said(target: target, frames: frames)
        case .receiving(let peer, let stream, let isOn):
            self = .receiving(peer: peer, stream: stream, isOn: isOn)
        default: return nil
        }
    }
}

extension MachineNews {
    /// What the media loop tells of cards and the processor; nil for anything else.
    init?(_ event: MediaEvent) {
        switch event {
        case .stream(let direction, let change):
            self = .stream(StillStreams.Direction(direction), StillStreams.Change(change))
        case .masterStalled: self = .cardStalled
        case .shedding(let step): self = .overload(Overload.Step(step))
        default: return nil
        }
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

extension StillStreams.Change {
    fileprivate init(_ change: StreamWatch.Change) {
        self =
            switch change {
            case .stands: .stands
            case .suspended: .suspended
            case .moves: .moves
            case .over: .over
            }
    }
}
