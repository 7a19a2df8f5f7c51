// Says what deployment tools see in an object. Reads one JSON line per question from standard input, writes one per answer:
//
//	{"object": {...}}                  -> {"status": "Current", "message": "..."}   as kstatus computes it
//	{"object": {...}, "lua": "..."}    -> {"status": "Healthy", "message": "..."}   as Argo CD runs a health script
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	lua "github.com/yuin/gopher-lua"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

type question struct {
	Object map[string]any `json:"object"`
	Lua    string         `json:"lua"`
}

type answer struct {
	Status  string `json:"status,omitempty"`
	Message string `json:"message,omitempty"`
	Error   string `json:"error,omitempty"`
}

func kstatusOf(object map[string]any) (answer, error) {
	result, err := status.Compute(&unstructured.Unstructured{Object: object})
	if err != nil {
		return answer{}, err
	}
	return answer{Status: result.Status.String(), Message: result.Message}, nil
}

func toLua(state *lua.LState, value any) lua.LValue {
	switch typed := value.(type) {
	case map[string]any:
		table := state.NewTable()
		for key, item := range typed {
			table.RawSetString(key, toLua(state, item))
		}
		return table
	case []any:
		table := state.NewTable()
		for _, item := range typed {
			table.Append(toLua(state, item))
		}
		return table
	case string:
		return lua.LString(typed)
	case float64:
		return lua.LNumber(typed)
	case bool:
		return lua.LBool(typed)
	default:
		return lua.LNil
	}
}

// As Argo CD does: no libraries but the base, and tables and strings.
func healthOf(object map[string]any, script string) (answer, error) {
	state := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer state.Close()
	for _, library := range []struct {
		name string
		open lua.LGFunction
	}{{lua.LoadLibName, lua.OpenPackage}, {lua.BaseLibName, lua.OpenBase}, {lua.TabLibName, lua.OpenTable}, {lua.StringLibName, lua.OpenString}} {
		if err := state.CallByParam(lua.P{Fn: state.NewFunction(library.open), NRet: 0, Protect: true}, lua.LString(library.name)); err != nil {
			return answer{}, err
		}
	}
	state.SetGlobal("obj", toLua(state, object))
	if err := state.DoString(script); err != nil {
		return answer{}, err
	}
	table, ok := state.Get(-1).(*lua.LTable)
	if !ok {
		return answer{}, fmt.Errorf("the script returned no table")
	}
	message := ""
	if text, ok := table.RawGetString("message").(lua.LString); ok {
		message = string(text)
	}
	return answer{Status: table.RawGetString("status").String(), Message: message}, nil
}

// Numbers as Kubernetes clients read them: whole ones are integers, or kstatus does not know the generation.
func wholeNumbers(value any) any {
	switch typed := value.(type) {
	case map[string]any:
		for key, item := range typed {
			typed[key] = wholeNumbers(item)
		}
	case []any:
		for index, item := range typed {
			typed[index] = wholeNumbers(item)
		}
	case float64:
		if whole := int64(typed); float64(whole) == typed {
			return whole
		}
	}
	return value
}

func reply(line []byte) answer {
	var asked question
	if err := json.Unmarshal(line, &asked); err != nil {
		return answer{Error: err.Error()}
	}
	said, err := answer{}, error(nil)
	if asked.Lua == "" {
		said, err = kstatusOf(wholeNumbers(asked.Object).(map[string]any))
	} else {
		said, err = healthOf(asked.Object, asked.Lua)
	}
	if err != nil {
		return answer{Error: err.Error()}
	}
	return said
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 16<<20)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		if err := out.Encode(reply(lines.Bytes())); err != nil {
			os.Exit(1)
		}
	}
}
