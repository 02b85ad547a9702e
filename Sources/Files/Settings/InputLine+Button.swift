public import Config
public import HAL

extension InputLine {
    /// Opens the line of a button: a GPIO line, or a key of an input device.
    public init(_ button: Config.Button, consumer: String) throws(GPIOError) {
        if let code = button.keyCode {
            try self.init(key: code, of: button.device, name: button.line)
        } else {
            try self.init(
                name: button.line, bias: button.bias.input, activeLow: button.isActiveLow,
                consumer: consumer)
        }
    }
}

extension Config.Button.Bias {
    /// The same for the hardware.
    public var input: InputLine.Bias {
        switch self {
        case .pullUp: .pullUp
        case .pullDown: .pullDown
        case .none: .none
        }
    }
}
