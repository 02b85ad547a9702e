internal import Config
internal import Control
internal import HAL
internal import Time

extension Snapshot {
    /// What the button at this place does now.
    func button(_ place: Int) -> Status.Button {
        var button = Status.Button()
        let key = keys[place]
        button.name = key.button.name
        button.line = key.button.line
        button.target = key.button.talkText
        let isDown = key.button.isVoiceOperated ? key.isDown ?? false : key.isDown
        if key.isOpen, let isDown { button.state = isDown ? .pressed : .released }
        button.error = key.error?.description
        button.fault = LineFault(key.error)
        if let target = routing.buttonTargets[place] {
            button.isTalking = talkingSince[target] != nil
        }
        button.pressAgeSeconds = key.pressedAt.map { (now - $0).inSeconds }
        return button
    }
}

extension Status.Lamp {
    init(_ row: Snapshot.Lamp) {
        self.init()
        name = row.lamp.name
        line = row.lamp.line
        show = row.lamp.show.rawValue
        error = row.error?.description
        fault = LineFault(row.error)
        state = row.error != nil ? .failed : row.isShowing ? .on : .off
    }
}

extension Status.Relay {
    init(_ row: Snapshot.Relay) {
        self.init()
        name = row.relay.name
        line = row.relay.line
        error = row.error?.description
        fault = LineFault(row.error)
        state = row.error != nil ? .failed : row.isOn ? .on : .off
    }
}
