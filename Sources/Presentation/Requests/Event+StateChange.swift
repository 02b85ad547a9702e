package import Control

extension Event {
    /// What the journal says of a change that a person has made.
    package init(_ change: SavedState.Change, at milliseconds: Int) {
        switch change {
        case .volume(let kind, let percent):
            self.init(.volume, at: milliseconds)
            target = kind.rawValue
            detail = "\(percent)%"
        case .mute(let what, let isOn):
            self.init(.mute, at: milliseconds)
            target = what
            detail = isOn ? "on" : "off"
        case .doNotDisturb(let isOn, let seconds):
            self.init(.dnd, at: milliseconds)
            let length = seconds.map { " for \($0) s" } ?? ""
            detail = isOn ? "on\(length)" : "off"
        }
    }
}
