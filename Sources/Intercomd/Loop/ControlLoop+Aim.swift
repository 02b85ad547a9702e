internal import Config
internal import Media
internal import Presentation
internal import Station
internal import Switchboard

/// What a talk target is called.
extension ControlLoop {
    /// What the talk target of this `id` is called.
    func name(of target: Int) -> String? {
        routing.name(of: target, aimedBy: switchboard.aims, roster)
    }
}
