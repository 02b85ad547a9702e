internal import Config
internal import Media
internal import Station

extension KeyMeaning {
    init(_ button: Config.Button) {
        let talk = button.talks ? Gesture.Touch(button.talkTouch) : nil
        // A talk that begins with the press needs no gesture: nothing is waited for.
        let later = talk == .press ? nil : talk
        self.init(
            talkTouch: talk, isReply: button.isReply,
            gestures: Gesture.Settings(
                press: button.acts[.press] != nil,
                hold: button.acts[.hold] != nil || later == .hold,
                double: button.acts[.double] != nil || later == .double,
                debounce: button.debounce))
    }
}

extension Gesture.Touch {
    init(_ configured: Config.Touch) {
        self =
            switch configured {
            case .press: .press
            case .hold: .hold
            case .double: .double
            }
    }
}

extension Config.Touch {
    init(_ touch: Gesture.Touch) {
        self =
            switch touch {
            case .press: .press
            case .hold: .hold
            case .double: .double
            }
    }
}
