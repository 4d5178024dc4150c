-- Asks for the paths in the file that follows `--`, one after the other, from the beginning again at its end.
local requests, place = {}, 0

function init(args)
    for path in io.lines(args[1]) do
        requests[#requests + 1] = wrk.format("GET", path)
    end
end

function request()
    place = place % #requests + 1
    return requests[place]
end
